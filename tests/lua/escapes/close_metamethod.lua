-- error: setmetatable: '__close' is not allowed in a method
setmetatable({}, { __close = print })
