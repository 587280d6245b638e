-- ok
-- Where something lies in memory is nobody's business.
local function f() end
local shown = { tostring(print), tostring(f), tostring({}), tostring(regex.new("a")), tostring(json.array{}),
  ("%s %10.20s%%%d %-20s"):format(print, {}, 1, f), tostring(setmetatable({}, {})),
  evm.hash_to_query { a = print }, tostring(evm), tostring(string) }
local _, text = pcall(error, f)
shown[#shown + 1] = tostring(text)
assert(not pcall(string.format, "%p", print))
assert(not pcall(string.format, "%20p", {}))
for _, line in ipairs(shown) do
  if line:find("0x") then error(line) end
end
assert(tostring(print) == "function" and tostring({}) == "table")
assert(("%s|%5s|%.2s|%%|%q|%d"):format(true, nil, "abc", "x", 7) == 'true|  nil|ab|%|"x"|7')
assert(("%s"):format(setmetatable({}, { __tostring = function() return "me" end })) == "me")
assert(not pcall(string.format, "%s"))
