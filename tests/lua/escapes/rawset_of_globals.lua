-- error: 'rawset' is not declared
rawset(_ENV, "x", 1)
