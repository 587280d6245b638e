-- instructions
local a = ("a"):rep(400)
return a:find("a*a*a*a*b")
