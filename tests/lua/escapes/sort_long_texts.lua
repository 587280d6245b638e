-- instructions
local s, t = ("a"):rep(1000000), {}
for i = 1, 20000 do t[i] = s end
table.sort(t)
