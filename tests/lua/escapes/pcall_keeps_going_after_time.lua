-- time
local s = ("x"):rep(2000)
while true do
  pcall(function() while true do s:find("x") end end)
end
