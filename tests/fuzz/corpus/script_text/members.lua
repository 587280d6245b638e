evm.root.x = { 1, { a = time.now(), b = json.null } }
evm.set_state_var("n", json.decode('{"a":[1,null]}'))
evm.log("info", yaml.encode(evm.get_state_vars()), evm.object("/"), evm.current_class)
local a, b = ("k=v; w=x"):gsub("(%w+)=(%w+)", "%2=%1")
for k, v in pairs(evm.object) do evm.object[k .. a] = tostring(v):rep(3, "%d") end
evm.execute("tag_exists?", regex.all("a1b2", "(?<n>\\d)")[1].n, base64.encode("\255"))
local o <const> = setmetatable({}, { __index = evm.objects, __call = function(t, ...) return select("#", ...) end })
goto done
::done::
return o(1, nil) // 1 << 2 ~ 3
