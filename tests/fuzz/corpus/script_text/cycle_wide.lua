-- error: cannot be handed over
local t = {}
for i = 1, 8 do t[i] = t end
evm.root.x = t
