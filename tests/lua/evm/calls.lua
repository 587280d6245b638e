-- Everything that evm asks of the server.
local function last()
  local calls = evm.calls()
  return calls[#calls]
end

test("state variables", function()
  evm.mock { state_vars = { old = 1 } }
  expect(evm.state_var_exist("old")).is_true()
  expect(evm["state_var_exist?"]("new")).is_false()
  evm.set_state_var("new", { 1, 2 })
  expect(evm.get_state_var("new")).is({ 1, 2 })
  expect(evm.get_state_var("none")).is_nil()
  expect(evm.get_state_vars()).is({ old = 1, new = { 1, 2 } })
  expect(evm.delete_state_var("old")).is(1)
  expect(evm.state_vars()).is({ new = { 1, 2 } })
  evm.set_state_var("new", nil)
  expect(evm.state_var_exist("new")).is_false()
end)

test("variables of a service", function()
  evm.mock { service_vars = { a = "x" } }
  expect(evm.get_service_var("a")).is("x")
  evm.set_service_var("b", 2)
  expect(evm.service_var_exists("b")).is_true()
  expect(evm["service_var_exists?"]("c")).is_false()
  evm.delete_service_var("b")
  expect(evm.service_var_exists("b")).is_false()
end)

test("instantiate gives an object, or nil when it fails", function()
  evm.mock { root = { x = 1 }, answers = { ["instantiate./A/B/c?n=1"] = 5 } }
  expect(evm.instantiate("/A/B/c?n=1")).is(5)
  expect(last()).is({ name = "instantiate", args = { "/A/B/c?n=1" } })
  expect(evm.instantiate("/A/B/none")).is_nil()
end)

test("execute hands on its arguments", function()
  evm.mock { answers = { ["execute.tag_exists?"] = true, ["execute.bad"] = { error = "no such method" } } }
  expect(evm.execute("tag_exists?", "environment", "prod")).is_true()
  expect(last().args).is({ "tag_exists?", "environment", "prod" })
  expect(function() evm.execute("bad") end).raises("no such method")
  evm.execute_with_user(evm.root, "tag_create", "environment", { name = "prod" })
  expect(last().name).is("execute_with_user")
end)

test("a dot and a colon are the same", function()
  evm.mock {}
  evm.set_state_var("a", 1)
  evm:set_state_var("b", 2)
  expect(evm.get_state_vars()).is({ a = 1, b = 2 })
  evm:log("info", "text")
  expect(evm.lines()[1].text).is("text")
end)

test("instances", function()
  evm.mock { answers = { instance_exists = true, instance_get = { name = "x" }, instance_find = { ["/A/B/x"] = {} },
    instance_get_display_name = "X" } }
  expect(evm.instance_exists("/A/B/x")).is_true()
  expect(evm["instance_exists?"]("/A/B/x")).is_true()
  expect(evm.instance_get("/A/B/x").name).is("x")
  evm.instance_find("/A/B/*")
  expect(last().args).is({ "/A/B/*" })
  evm.instance_create("/A/B/y", { limit = 3 })
  expect(last()).is({ name = "instance_create", args = { "/A/B/y", { limit = 3 } } })
  evm.instance_update("/A/B/y", { limit = 4 })
  expect(last().name).is("instance_update")
  evm.instance_delete("/A/B/y")
  expect(last().name).is("instance_delete")
  expect(evm.instance_get_display_name("/A/B/x")).is("X")
  evm.instance_set_display_name("/A/B/x", "Y")
  expect(last().args).is({ "/A/B/x", "Y" })
end)

test("notifications", function()
  evm.mock { answers = { create_notification = { error = "nobody to tell" } } }
  expect(evm.create_notification { level = "info", message = "x" }).is_false()
  expect(evm.lines()[1]).is({ level = "warn", text = "nobody to tell" })
  expect(function() evm["create_notification!"] { message = "x" } end).raises("nobody to tell")
  expect(function() evm.create_notification_or_raise { message = "x" } end).raises("nobody to tell")
  evm.mock {}
  expect(evm.create_notification { level = "info", message = "x" }).is_true()
end)

test("row security is off until it is switched on", function()
  evm.mock {}
  expect(evm.rbac_enabled()).is_false()
  evm.enable_rbac()
  expect(evm["rbac_enabled?"]()).is_true()
  evm.disable_rbac()
  expect(evm.rbac_enabled()).is_false()
end)

test("log, logger, print", function()
  evm.mock {}
  evm.log("warn", "one", 2, nil)
  evm.log("DEBUG", "low")
  evm.logger.error("bad")
  evm.logger:info("good")
  print("a", 1)
  local lines = evm.lines()
  expect(lines[1]).is({ level = "warn", text = "one\t2\tnil" })
  expect(lines[2].level).is("debug")
  expect(lines[3]).is({ level = "error", text = "bad" })
  expect(lines[4]).is({ level = "info", text = "good" })
  expect(lines[5]).is({ level = "info", text = "a\t1" })
  expect(function() evm.log("loud", "x") end).raises("no log level 'loud'")
end)

test("queries of a path", function()
  expect(evm.hash_to_query { b = "two words", a = 1 }).is("a=1&b=two%20words")
  expect(evm.query_to_hash("a=1&b=two%20words&c")).is({ a = "1", b = "two words", c = "" })
  expect(evm.query_to_hash(evm.hash_to_query { ["x&y"] = "=%" })).is({ ["x&y"] = "=%" })
end)

test("the rest", function()
  evm.mock {}
  evm.prepend_namespace = "vmware"
  expect(last()).is({ name = "prepend_namespace", args = { "vmware" } })
  expect(evm.datastore()).is_nil()
  expect(evm.ldap()).is_nil()
  evm.field_timeout()
  expect(last().name).is("field_timeout")
  evm.ansible_stats_vars()
  evm.publish_workspace { how = "fast" }
  expect(last().name).is("publish_workspace")
  expect(last().args[1].how).is("fast")
  expect(evm.take_workspace()).is_nil()
  expect(function() evm.root_ = 1 end).raises("evm.root_ cannot be set")
end)
