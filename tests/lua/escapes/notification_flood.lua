-- instructions
for i = 1, 8000 do evm.create_notification { level = "nonsense" } end
