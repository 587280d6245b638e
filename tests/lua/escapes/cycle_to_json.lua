-- error: does it contain itself?
local t = {}
t[1] = t
return json.encode(t)
