-- memory
local function deep() return deep() + 1 end
return deep()
