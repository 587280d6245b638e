-- error: cannot change a protected metatable
setmetatable(evm, {})
