-- error: nested
return json.decode(("["):rep(100000))
