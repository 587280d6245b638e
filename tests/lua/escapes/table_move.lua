-- instructions
table.move({}, 1, 2 ^ 40 | 0, 2)
