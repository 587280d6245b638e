-- error: 'string.dump' is not there
if string.dump == nil then error("'string.dump' is not there") end
