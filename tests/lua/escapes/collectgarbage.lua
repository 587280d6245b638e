-- error: 'collectgarbage' is not declared
collectgarbage("stop")
