-- error: setmetatable: '__len' is not allowed in a method
setmetatable({}, { __len = function() return 1 << 40 end })
