-- error: attempt to index a nil value
getmetatable(json.array{}).__gc = function() while true do end end
local x = json.array{}
