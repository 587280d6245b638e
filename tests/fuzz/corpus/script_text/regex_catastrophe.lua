-- error: gave up after
return regex.match(("a"):rep(40) .. "!", "^(a+)+$")
