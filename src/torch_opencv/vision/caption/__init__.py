"""What is to be seen in a frame, as a sentence: `Captioner`, and what is made of its sentences.

`steady` keeps the shown sentence from flickering, `subtitles` makes .srt and .vtt files, `page` a page of pictures.
"""
