-- ok
-- The collector looks for a finaliser when the metatable is set, not later.
local mt = {}
for i = 1, 100 do
  setmetatable({}, mt)
  mt.__gc = function() while true do end end
  mt = {}
end
local s = ""
for i = 1, 2000 do s = s .. "x" end
