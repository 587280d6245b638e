-- instructions
-- What the host does for a method is not for nothing.
for i = 1, 20000 do local x = evm.root.vm end
