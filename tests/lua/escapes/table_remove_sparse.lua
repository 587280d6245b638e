-- instructions
local t = { [5] = true, [9] = true }
for i = 0, 62 do t[1 << i] = true end
table.remove(t, 1)
