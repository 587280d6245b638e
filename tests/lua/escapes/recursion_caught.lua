-- instructions
local function deep() return pcall(deep), deep() end
deep()
