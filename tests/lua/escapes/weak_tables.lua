-- error: setmetatable: '__mode' is not allowed in a method
setmetatable({}, { __mode = "k" })
