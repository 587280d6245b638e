-- memory
local all = {}
while true do all[#all + 1] = regex.new("(a|b|c)*" .. #all .. ("x"):rep(300)) end
