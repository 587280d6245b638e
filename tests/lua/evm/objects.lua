-- Where a method is, and what its objects hold.
local world = {
  path = "/Shop/Ops/Crash/on_pod", message = "create",
  root = { event_type = "POD_FAILED", vm = { kind = "vm", id = 7, name = "web" } },
  parent = { depth = 2 },
  object = { limit = 3, secret = "s3cret-word" },
  inputs = { days = 7 },
}

test("root, object, parent and current are objects", function()
  evm.mock(world)
  expect(evm.root.event_type).is("POD_FAILED")
  expect(evm.object.limit).is(3)
  expect(evm.current.limit).is(3)
  expect(evm.current_object.limit).is(3)
  expect(evm.parent.depth).is(2)
  expect(evm.object == evm.current_object).is_true()
  expect(evm.root == evm.parent).is_false()
  expect(#evm.objects).is(3)
  expect(evm.inputs).is({})
end)

test("object(path) goes up and to the root", function()
  evm.mock(world)
  expect(evm.object("/").event_type).is("POD_FAILED")
  expect(evm.object("..").depth).is(2)
  expect(evm.object(".").limit).is(3)
  expect(evm.object("Crash").limit).is(3)
  expect(evm.object("/nowhere")).is_nil()
  expect(evm.parent("..").event_type).is("POD_FAILED")
end)

test("where the method is", function()
  evm.mock(world)
  expect(evm.current_namespace).is("Ops")
  expect(evm.current_class).is("Crash")
  expect(evm.current_instance).is("on_pod")
  expect(evm.current_message).is("create")
  expect(evm.current_method).is("objects.lua")
end)

test("an attribute comes before a member of the same name", function()
  evm.mock(world)
  local o = evm.object
  expect(o.name).is("/Shop/Ops/Crash/on_pod")
  expect(o.path).is("/Shop/Ops/Crash/on_pod")
  expect(o.domain).is("Shop")
  expect(o.namespace).is("Shop/Ops")
  expect(o.class_name).is("Crash")
  expect(o.instance_name).is("on_pod")
  expect(o.current_message).is("create")
  expect(o.current_field_name).is("method1")
  expect(o.current_field_type).is("method")
  expect(o.parent.depth).is(2)
  expect(type(o.id)).is("number")
  expect(o:get("name")).is_nil()
  o.name = "mine"
  expect(o.name).is("mine")
  expect(o:get("name")).is("mine")
  expect(tostring(o)).is("/Shop/Ops/Crash/on_pod")
end)

test("attributes are set one by one and together", function()
  evm.mock(world)
  evm.object.Mixed_Case = 1
  expect(evm.object.mixed_case).is(1)
  evm.object:set("other", { 1, "two", { three = 3.5 } })
  expect(evm.object.other).is({ 1, "two", { three = 3.5 } })
  evm.object.attributes = { a = true, b = false }
  expect(evm.object.attributes.a).is_true()
  expect(evm.object.b).is_false()
  local names = {}
  for name in pairs(evm.object) do names[name] = true end
  expect(names.limit).is_true()
  expect(names.mixed_case).is_true()
  evm.object.limit = nil
  expect(evm.object.limit).is_nil()
  evm.object.when = time.at(0)
  expect(tostring(evm.object.when)).is("1970-01-01T00:00:00Z")
  evm.object.vm = evm.root.vm
  expect(evm.object.vm.name).is("web")
  evm.object.other = evm.parent
  expect(evm.object.other.depth).is(2)
end)

test("children are objects", function()
  evm.mock(world)
  expect(#evm.root:children()).is(1)
  expect(evm.root:children()[1].depth).is(2)
  expect(evm.root:children("nothing")).is({})
  evm.root.rel = evm.object
  expect(evm.root:children("rel")[1].limit).is(3)
end)

test("a password is clear only when it is decrypted, and never in the log", function()
  evm.mock(world)
  expect(evm.object:decrypt("secret")).is("s3cret-word")
  evm.log("info", "it is", evm.object:decrypt("secret"))
  expect(evm.lines()[1].text).has_not("s3cret-word")
end)

test("what cannot be kept is refused", function()
  evm.mock(world)
  expect(function() evm.object.f = print end).raises("a function cannot be handed over")
  expect(function() evm.object.t = { 1, a = 2 } end).raises("names and positions")
  expect(function() evm.object.t = { [1] = 1, [3] = 3 } end).raises("a list with holes")
  expect(function() evm.object.t = { [true] = 1 } end).raises("boolean as key")
  expect(function() evm.object.t = 0 / 0 end).raises("nan cannot be handed over")
  expect(function() evm.object.t = "\xff" end).raises("not UTF-8")
end)
