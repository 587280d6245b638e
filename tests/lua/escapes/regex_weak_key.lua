-- error: the expression is gone
-- A table with weak keys gives back what the collector has finalised.
local mt = {}
local t = setmetatable({}, mt)
mt.__mode = "k"
for i = 1, 40 do t[regex.new("(a+)b" .. i)] = true end
local j
for r = 1, 3000 do
  for i = 1, 20 do j = { i } end
  for k in pairs(t) do k:test("aaaaaaab1") end
end
