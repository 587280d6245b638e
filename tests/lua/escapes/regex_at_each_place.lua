-- instructions
local s = ("a"):rep(500)
return regex.match(s, "a.*a.*[bc]")
