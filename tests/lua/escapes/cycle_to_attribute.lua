-- error: does it contain itself?
local t = {}
t.self = t
evm.root.x = t
