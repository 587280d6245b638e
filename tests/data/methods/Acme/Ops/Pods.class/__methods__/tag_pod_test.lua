test("a pod that restarts often is tagged", function()
  evm.mock { root = { pod = { kind = "container_group", id = 1, name = "web-1", restarts = 7 } } }
  expect(evm.run()).is("ok")
  expect(evm.root.pod:tags("state")).is { "crashing" }
  expect(evm.lines()[1].text).has("web-1")
end)

test("one that does not is left alone", function()
  evm.mock { root = { pod = { kind = "container_group", id = 1, name = "web-1", restarts = 2 } } }
  evm.run()
  expect(evm.root.pod:tags("state")).is {}
end)
