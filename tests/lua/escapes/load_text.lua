-- error: 'load' is not declared
load("while true do end")()
