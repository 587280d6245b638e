-- error: setmetatable: '__gc' is not allowed in a method
setmetatable({}, { __gc = function() while true do end end })
