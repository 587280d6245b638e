-- error: 'package' is not declared
package.loadlib("libc.so.6", "*")
