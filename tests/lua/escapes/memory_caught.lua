-- memory
while true do
  pcall(function() return ("x"):rep(1 << 30) end)
end
