"""What the bundled model can draw: a name from captions.jsonl, and the words people use for it.

Quality before breadth: a model of a few million numbers draws a hundred clear things well, or a thousand badly.
Where two emoji share a word (dog and dog face), the one that looks at us gets it, so that walks between
animals are walks between faces.
"""

# Name in captions.jsonl: the words for it. The first is used most.
CONCEPTS = {
    # animals
    "dog face": ["dog", "puppy", "dog's face", "dog face", "hound"],
    "cat face": ["cat", "kitten", "cat's face", "cat face", "kitty"],
    "owl": ["owl", "wise owl", "barn owl"],
    "lion": ["lion", "lion's face"],
    "tiger face": ["tiger", "tiger's face", "tiger face"],
    "wolf": ["wolf", "wolf's face"],
    "fox": ["fox", "fox's face"],
    "bear": ["bear", "brown bear", "bear's face"],
    "panda": ["panda", "panda bear", "panda's face"],
    "koala": ["koala", "koala bear"],
    "rabbit face": ["rabbit", "bunny", "rabbit's face", "rabbit face"],
    "mouse face": ["mouse", "mouse's face", "mouse face"],
    "cow face": ["cow", "cow's face", "cow face"],
    "pig face": ["pig", "piglet", "pig's face", "pig face"],
    "monkey face": ["monkey", "monkey's face", "monkey face", "chimpanzee"],
    "frog": ["frog", "frog's face", "toad"],
    "unicorn": ["unicorn", "unicorn's head"],
    "elephant": ["elephant"],
    "penguin": ["penguin"],
    "front-facing baby chick": ["chick", "baby chick", "little bird"],
    "flamingo": ["flamingo"],
    "parrot": ["parrot"],
    "butterfly": ["butterfly"],
    "lady beetle": ["ladybug", "lady beetle", "ladybird"],
    "turtle": ["turtle", "tortoise"],
    "tropical fish": ["fish", "tropical fish"],
    "spouting whale": ["whale", "spouting whale"],
    "octopus": ["octopus"],
    "crab": ["crab"],
    # people and faces
    "boy": ["boy", "young boy's face", "boy's face", "young boy"],
    "girl": ["girl", "young girl's face", "girl's face", "young girl"],
    "man": ["man", "man's face", "young man"],
    "woman": ["woman", "woman's face", "young woman"],
    "old man": ["old man", "old man's face", "elderly man", "grandfather"],
    "old woman": ["old woman", "old woman's face", "elderly woman", "grandmother"],
    "baby": ["baby", "baby's face"],
    "Santa Claus": ["Santa Claus", "Santa"],
    "robot": ["robot", "robot's face"],
    "alien": ["alien", "alien's face"],
    "ghost": ["ghost"],
    "skull": ["skull"],
    "clown face": ["clown", "clown face", "clown's face"],
    "smiling face with sunglasses": ["smiley with sunglasses", "smiling face with sunglasses"],
    "smiling face with heart-eyes": ["smiley with heart eyes", "smiling face with heart-eyes", "face in love"],
    "grinning face with big eyes": ["smiley", "smiling face", "grinning face", "happy face"],
    # food
    "red apple": ["red apple", "apple", "ripe apple"],
    "green apple": ["green apple"],
    "banana": ["banana", "bananas"],
    "lemon": ["lemon"],
    "strawberry": ["strawberry"],
    "cherries": ["cherries", "cherry"],
    "watermelon": ["watermelon", "slice of watermelon"],
    "grapes": ["grapes", "bunch of grapes"],
    "pineapple": ["pineapple"],
    "hamburger": ["hamburger", "burger", "cheeseburger"],
    "pizza": ["pizza", "slice of pizza"],
    "doughnut": ["doughnut", "donut"],
    "birthday cake": ["birthday cake", "cake"],
    "soft ice cream": ["ice cream", "soft ice cream", "ice cream cone"],
    "hot beverage": ["cup of coffee", "hot beverage", "coffee", "cup of tea"],
    # plants
    "rose": ["rose", "red rose"],
    "sunflower": ["sunflower"],
    "cherry blossom": ["cherry blossom", "pink flower", "blossom"],
    "cactus": ["cactus"],
    "evergreen tree": ["fir tree", "evergreen tree", "pine tree"],
    "deciduous tree": ["tree", "deciduous tree", "oak tree"],
    "palm tree": ["palm tree", "palm"],
    "mushroom": ["mushroom", "toadstool"],
    # places
    "cityscape": ["skyline", "skyline of New York City", "city", "cityscape", "skyscrapers", "New York City", "New York"],
    "cityscape at dusk": ["city at dusk", "skyline at dusk", "cityscape at dusk", "city in the evening"],
    "night with stars": ["city at night", "skyline at night", "night with stars", "skyline of New York City at night"],
    "sunset": ["sunset over a city", "sunset"],
    "sunrise over mountains": ["sunrise over mountains", "sunrise"],
    "house": ["house", "home", "cottage"],
    "castle": ["castle"],
    "snow-capped mountain": ["mountain", "snow-capped mountain"],
    "volcano": ["volcano", "erupting volcano"],
    "Statue of Liberty": ["Statue of Liberty"],
    # vehicles
    "rocket": ["rocket", "space rocket", "spaceship"],
    "automobile": ["car", "automobile", "red car"],
    "bus": ["bus"],
    "fire engine": ["fire engine", "fire truck"],
    "locomotive": ["steam locomotive", "locomotive", "steam train", "train"],
    "airplane": ["airplane", "aeroplane", "plane"],
    "sailboat": ["sailboat", "sailing boat", "boat"],
    "flying saucer": ["flying saucer", "UFO"],
    # sky
    "sun with face": ["sun", "sun with a face", "sun with face"],
    "crescent moon": ["moon", "crescent moon"],
    "rainbow": ["rainbow"],
    "star": ["star", "yellow star"],
    "fire": ["fire", "flame"],
    "snowman": ["snowman"],
    "globe showing Europe-Africa": ["planet Earth", "globe", "earth"],
    # objects
    "red heart": ["red heart", "heart"],
    "soccer ball": ["soccer ball", "football"],
    "basketball": ["basketball"],
    "balloon": ["balloon", "red balloon"],
    "wrapped gift": ["gift", "present", "wrapped gift"],
    "crown": ["crown", "golden crown"],
    "guitar": ["guitar"],
    "bell": ["bell", "golden bell"],
    "light bulb": ["light bulb", "lamp"],
    "jack-o-lantern": ["jack-o-lantern", "Halloween pumpkin", "pumpkin"],
    "teddy bear": ["teddy bear", "teddy"],
}

# A picture that fills its square is a scene: it gets no branch below it, and hardly shrinks.
SCENES = {"cityscape", "cityscape at dusk", "night with stars", "sunset", "sunrise over mountains"}

# The faces of the black-and-white walk are seen in grey more often.
PORTRAITS = {"boy", "girl", "man", "woman", "old man", "old woman"}

# These are also shown sitting on a branch.
BRANCH_SITTERS = {"owl", "parrot", "front-facing baby chick", "butterfly", "koala", "monkey face", "cat face"}

# How often a concept is drawn, where it is not once: what the first walks need is seen more often.
WEIGHTS = {"dog face": 4, "cat face": 4, "owl": 3, "cityscape": 8, "night with stars": 1.5, "boy": 5, "old man": 6, "house": 2,
           "rocket": 2, "red apple": 4, "green apple": 3}
