-- ok
-- A length that a metatable tells is not believed by the library.
local mt = {}
local t = setmetatable({}, mt)
mt.__len = function() return 1 << 40 end
table.insert(t, "x")
return table.concat(t) == "x" and MIQ_OK or MIQ_ABORT
