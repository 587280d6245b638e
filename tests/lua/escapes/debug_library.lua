-- error: 'debug' is not declared
debug.sethook()
