-- error: 'os' is not declared
os.execute("true")
