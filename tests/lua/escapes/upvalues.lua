-- error: 'debug' is not declared
return debug.getupvalue(evm.log, 1)
