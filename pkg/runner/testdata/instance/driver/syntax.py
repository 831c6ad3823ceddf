def flow():
    return (
