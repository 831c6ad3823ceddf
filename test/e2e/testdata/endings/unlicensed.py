from prefect import flow

raise ImportError("there is no licence")


@flow
def works() -> None:
    pass
