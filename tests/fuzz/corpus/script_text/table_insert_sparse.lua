-- instructions
-- A table of 65 entries whose length is 2^62 or more: the length operator looks at powers of two.
local t = { [5] = true, [9] = true }
for i = 0, 62 do t[1 << i] = true end
if #t < 1 << 60 then return MIQ_ABORT end
table.insert(t, 1, "x")
