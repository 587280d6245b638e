-- error: C stack overflow
local function deep(s) return (s:gsub(".", deep)) end
deep("x")
