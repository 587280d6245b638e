-- ok
-- No table that a method can reach is the metatable of what is made later.
local tables = { json.array{}, json.decode("[]"), json.decode("[1]"), json.decode("{}"), evm,
  evm.inputs, evm.logger, string, regex, _ENV, evm.root.children and evm.root:children() }
for _, value in pairs(tables) do
  if getmetatable(value) then return MIQ_ABORT end
end
local ours = getmetatable(json.array{})
if ours then
  local r
  ours.__gc = function() return r:test("aaab") end
  local x = json.array{}
  r = regex.new("(a+)b")
end
