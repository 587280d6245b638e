-- memory
return table.concat(setmetatable({}, { __index = tostring }), "", 1, 1000000)
