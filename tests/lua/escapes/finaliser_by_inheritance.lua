-- ok
local base = { __gc = function() while true do end end }
for i = 1, 100 do setmetatable({}, setmetatable({}, { __index = base })) end
local s = ""
for i = 1, 2000 do s = s .. "x" end
