-- instructions
local s = ("a"):rep(1000000) .. "b"
local p = ("a"):rep(500000) .. "c"
while true do s:find(p, 1, true) end
