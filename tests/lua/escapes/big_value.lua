-- error: a value of more than 4 MiB
local s, t = ("x"):rep(1000000), {}
for i = 1, 100 do t[i] = s end
evm.root.x = t
