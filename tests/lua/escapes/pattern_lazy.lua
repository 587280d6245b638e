-- instructions
local s = ("x"):rep(50000)
return s:match(".-.-.-b")
