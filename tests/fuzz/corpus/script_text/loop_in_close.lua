-- instructions
local mt = {}
local guard <close> = (function()
  local t = setmetatable({}, mt)
  mt.__close = function() while true do end end
  return t
end)()
error("x")
