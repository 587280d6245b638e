-- memory
return json.decode("[" .. ("[],"):rep(400000) .. "1]")
