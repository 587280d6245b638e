-- error: 'io' is not declared
io.open("/etc/passwd")
